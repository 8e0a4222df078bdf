-- Rows and dollars of each kind and year, with their publication: a total without its publication cannot be
-- reproduced, since each year is restated.
create or replace view totals as
select
    f.payment_kind,
    f.program_year,
    f.publication,
    count(*) as payments,
    sum(f.amount) as amount,
    count(distinct f.company_id) as companies,
    count(distinct f.recipient_key) as recipients
from payments_fact as f
group by f.payment_kind, f.program_year, f.publication;
