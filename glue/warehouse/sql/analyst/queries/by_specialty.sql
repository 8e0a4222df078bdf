-- How much do specialties receive, each year? People only; hospitals have no specialty.
select
    program_year,
    specialty_group,
    specialty_class,
    count(*) as payments,
    count(distinct recipient_key) as recipients,
    sum(amount) as amount
from payments
where payment_kind = :kind and specialty is not null
group by program_year, specialty_group, specialty_class
order by program_year, amount desc, specialty_group, specialty_class;
