-- What the warehouse has of a kind and year, with the values expected from the host's audit.
select
    count(*) as fact_rows,
    coalesce(sum(f.amount), 0) as fact_amount,
    count(distinct f.record_id) as fact_ids,
    min(f.publication) as first_publication,
    max(f.publication) as last_publication,
    (select max(p.records_validated) from open_payments.publications as p where p.payment_kind = :kind and p.program_year = :year) as audit_rows,
    (select max(p.amount_validated) from open_payments.publications as p where p.payment_kind = :kind and p.program_year = :year) as audit_amount,
    (select count(*) from open_payments.publications as p where p.payment_kind = :kind and p.program_year = :year) as audits,
    (select count(*) from open_payments.payment_products as p where p.payment_kind = :kind and p.program_year = :year) as product_rows,
    count(*) - count(c.company_id) as without_company
from open_payments.payments_fact as f
left join open_payments.companies_dim as c on f.company_id = c.company_id
where f.payment_kind = :kind and f.program_year = :year;
