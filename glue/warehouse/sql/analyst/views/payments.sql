-- One row per payment, with names for analysts. Each payment occurs once: products are not joined, since it may name several.
-- `amount` is the column that a kind's totals sum: for ownership it is the value of the interest, not the sum invested.
create or replace view payments as
select
    f.payment_kind,
    f.program_year,
    f.publication,
    f.record_id,
    f.payment_date,
    f.amount,
    f.nature_of_payment,
    f.form_of_payment,
    f.company_id,
    coalesce(c.canonical_name, f.submitting_company_name) as company_name,
    c.company_state,
    c.company_country,
    f.recipient_key,
    f.recipient_kind,
    case
        when f.teaching_hospital_ccn is not null then h.teaching_hospital_name
        else nullif(trim(coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '')), '')
    end as recipient_name,
    f.npi,
    f.recipient_state,
    f.recipient_country,
    f.primary_type_1 as primary_type,
    f.specialty_1 as specialty,
    nullif(split_part(f.specialty_1, '|', 1), '') as specialty_group,
    nullif(split_part(f.specialty_1, '|', 2), '') as specialty_class,
    nullif(split_part(f.specialty_1, '|', 3), '') as specialty_area,
    f.dispute_status
from payments_fact as f
left join companies_dim as c on f.company_id = c.company_id
left join physicians_dim as p on f.recipient_key = p.recipient_key
left join teaching_hospitals_dim as h on f.teaching_hospital_ccn = h.teaching_hospital_ccn;
