-- Rules in steps: cases that wait between two steps, caps per person, and the PIX flow's book of orders.

-- A run of a rule that goes on later. position: {"step": the step to go on with}. version: the rule's, for good.
-- log: [{"step","type","at","outcome","reason",…}], at most a few lines per step.
CREATE TABLE rule_cases (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    rule_id    uuid NOT NULL,
    version    integer NOT NULL,
    event_id   uuid NOT NULL,
    order_id   text,
    phone      text,
    state      text NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'skipped', 'failed')),
    reason     text,
    position   jsonb,
    due_at     timestamptz,
    cancel_on  text[],
    tries      smallint NOT NULL DEFAULT 0,
    log        jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX idx_rule_cases_due_at ON rule_cases (due_at) WHERE state = 'running';
CREATE INDEX idx_rule_cases_order ON rule_cases (company_id, order_id) WHERE state = 'running' AND order_id IS NOT NULL;
CREATE INDEX idx_rule_cases_rule ON rule_cases (company_id, rule_id, created_at DESC, id DESC);
CREATE INDEX idx_rule_cases_event ON rule_cases (event_id);

-- When a rule has run for a person, within its window. key: digest of rule and phone.
CREATE TABLE rule_person_uses (
    key        uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    used       timestamptz[] NOT NULL
);

-- Rules that belong together and are changed as one. settings: what POST /flows/… was given.
CREATE TABLE flows (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    kind       text NOT NULL,
    active     boolean NOT NULL DEFAULT true,
    settings   jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX idx_flows_kind ON flows (company_id, kind);
ALTER TABLE rules ADD COLUMN flow_id uuid, ADD COLUMN flow_part text;
CREATE UNIQUE INDEX idx_rules_flow ON rules (flow_id, flow_part) WHERE flow_id IS NOT NULL AND deleted_at IS NULL;

-- One row per order that had a PIX code, kept by the flow's steps (record_pix) as its events come, in any order.
CREATE TABLE pix_orders (
    company_id     uuid NOT NULL,
    order_id       text NOT NULL,
    event_ids      uuid[] NOT NULL DEFAULT '{}',  -- its pix_created events, by which its reminders are found
    customer_name  text,
    phone          text,
    value_cents    bigint,
    generated_at   timestamptz,
    expires_at     timestamptz,
    approved_at    timestamptz,
    approved_cents bigint,
    seen_at        timestamptz NOT NULL,          -- the order's earliest event: its place in lists
    PRIMARY KEY (company_id, order_id)
);
CREATE INDEX idx_pix_orders_seen_at ON pix_orders (company_id, seen_at DESC, order_id DESC);
