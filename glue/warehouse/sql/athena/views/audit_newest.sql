-- The audit record of the run that each partition commits: the last attempt that published. `amount` is the column that a
-- kind's totals sum; its texts are exact.
create or replace view op_staging.audit_newest as
select
    a.kind, a.year, a.publication, a.run_id, a.attempt, a.outcome, a.layout, a.pack, a.pack_digest, a.started_at,
    a.source.name as source_name, a.source.digest as source_digest,
    a.records.read as records_read,
    a.records.validated as records_validated,
    a.records.quarantined as records_quarantined,
    cast(a.amount.read as decimal(18, 2)) as amount_read,
    cast(a.amount.validated as decimal(18, 2)) as amount_validated,
    cast(a.amount.quarantined as decimal(18, 2)) as amount_quarantined,
    row_number() over (partition by a.kind, a.year order by a.publication desc) = 1 as newest
from (
    select
        t.*,
        element_at(
            -- The SerDe may keep the case of map keys or convert them to lower case.
            transform_keys(t.amounts, (k, v) -> lower(k)),
            case t.kind when 'ownership' then 'value_of_interest' else 'total_amount_of_payment_usdollars' end
        ) as amount,
        row_number() over (partition by t.kind, t.year, t.publication order by t.started_at desc) as place
    from op_staging.ingestion_audit as t
    where t.outcome like 'accepted%' and t.already_published = false
) as a
where a.place = 1;
