-- Rows and dollars of the newest publication of each year at every station, each compared with the station before. One line per
-- station; `agrees` is false where something was lost or counted twice.
with stations as (
    select kind, year, 1 as place, 'read' as station, records_read as records, amount_read as amount,
        records_validated + records_quarantined as records_expected, amount_validated + amount_quarantined as amount_expected
    from op_staging.audit_newest
    where newest
    union all
    select a.kind, a.year, 2, 'quarantined', coalesce(q.records, 0), a.amount_quarantined, a.records_quarantined, a.amount_quarantined
    from op_staging.audit_newest as a
    left join (
        select kind, year, publication, count(*) as records
        from op_staging.quarantine
        group by kind, year, publication
    ) as q on a.kind = q.kind and a.year = q.year and a.publication = q.publication
    where a.newest
    union all
    select a.kind, a.year, 3, 'validated', coalesce(v.records, 0), coalesce(v.amount, 0), a.records_validated, a.amount_validated
    from op_staging.audit_newest as a
    left join (
        select 'general' as kind, year, publication, count(*) as records, sum(total_amount_of_payment_usdollars) as amount
        from op_staging.validated_general
        group by year, publication
    ) as v on a.kind = v.kind and a.year = v.year and a.publication = v.publication
    where a.newest
    union all
    select a.kind, a.year, 4, 'published', coalesce(p.records_validated, 0), coalesce(p.amount_validated, 0), a.records_validated, a.amount_validated
    from op_staging.audit_newest as a
    left join op_curated.publications as p
        on a.kind = p.payment_kind and a.year = cast(p.program_year as varchar) and a.publication = cast(p.publication as varchar)
        and a.run_id = p.run_id
    where a.newest
    union all
    select a.kind, a.year, 5, 'curated', coalesce(f.records, 0), coalesce(f.amount, 0), a.records_validated, a.amount_validated
    from op_staging.audit_newest as a
    left join (
        select payment_kind, program_year, publication, count(*) as records, sum(amount) as amount
        from op_curated.payments_fact
        group by payment_kind, program_year, publication
    ) as f
        on a.kind = f.payment_kind and a.year = cast(f.program_year as varchar) and a.publication = cast(f.publication as varchar)
    where a.newest
)

select
    kind, year, station, records, records_expected, amount, amount_expected,
    records = records_expected and amount = amount_expected as agrees
from stations
order by kind, year, place;
