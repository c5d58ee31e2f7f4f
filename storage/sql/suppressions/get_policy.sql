-- Whether messages of the categories utility and authentication go to people who opted out.
-- Uses the primary key of companies.
SELECT opt_out_spares_utility FROM companies WHERE id = $1
