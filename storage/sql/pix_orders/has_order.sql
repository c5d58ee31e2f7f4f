-- Whether the PIX flow knows an order.
-- Uses pix_orders_pkey.
SELECT true FROM pix_orders WHERE company_id = $1 AND order_id = $2
