-- What share of each year's records is null in the columns that analysts group by? A column that a layout lacks is always null.
select
    year,
    count(*) as records,
    cast(100.0 * count_if(covered_recipient_npi is null) / count(*) as decimal(5, 2)) as npi_null_percent,
    cast(100.0 * count_if(covered_recipient_specialty_1 is null) / count(*) as decimal(5, 2)) as specialty_null_percent,
    cast(100.0 * count_if(recipient_state is null) / count(*) as decimal(5, 2)) as state_null_percent,
    cast(100.0 * count_if(name_of_drug_or_biological_or_device_or_medical_supply_1 is null) / count(*) as decimal(5, 2)) as product_null_percent
from op_staging.validated_general_newest
group by year
order by year;
