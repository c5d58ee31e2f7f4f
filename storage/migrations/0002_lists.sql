-- Indexes of the REST API's lists of small tables, and of the queue page.
CREATE INDEX idx_webhooks_company_id ON webhooks (company_id, created_at DESC, id DESC);
CREATE INDEX idx_templates_company_id ON templates (company_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
