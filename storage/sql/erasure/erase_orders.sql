-- Takes a person out of their orders; the sums stay.
-- Uses the primary key.
UPDATE pix_orders SET customer_name = NULL, phone = NULL WHERE company_id = $1 AND order_id = ANY($2::text[])
