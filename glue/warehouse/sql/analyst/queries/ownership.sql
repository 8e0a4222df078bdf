-- Who holds ownership interests, of what value? The value is the figure published as the total; the sum invested is a ninth of it.
select
    program_year,
    company_id,
    max(company_name) as company_name,
    count(*) as interests,
    count(distinct recipient_key) as holders,
    sum(amount) as value_of_interest
from payments
where payment_kind = 'ownership'
group by program_year, company_id
order by program_year, value_of_interest desc, company_id;
