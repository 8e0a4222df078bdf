-- Who pays most, each year?
select program_year, place, company_id, company_name, payments, amount
from (
    select
        program_year,
        company_id,
        max(company_name) as company_name,
        count(*) as payments,
        sum(amount) as amount,
        row_number() over (partition by program_year order by sum(amount) desc, company_id) as place
    from payments
    where payment_kind = :kind
    group by program_year, company_id
) as t
where place <= 10
order by program_year, place;
