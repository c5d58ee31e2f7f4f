-- Sets whether messages of the categories utility and authentication go to people who opted out.
-- Uses the primary key of companies.
UPDATE companies SET opt_out_spares_utility = $2 WHERE id = $1
