-- Takes a person out of up to $3 of their orders, also of those whose events are gone; the sums stay.
-- Uses idx_pix_orders_phone, which the erased ones leave.
UPDATE pix_orders o SET customer_name = NULL, phone = NULL
FROM (SELECT order_id FROM pix_orders WHERE company_id = $1 AND phone = $2 ORDER BY order_id LIMIT $3 FOR UPDATE) AS found
WHERE o.company_id = $1 AND o.order_id = found.order_id
