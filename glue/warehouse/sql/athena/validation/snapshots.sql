-- Which inputs was each snapshot of the payments made from, and which tag names it? The id is for `for version as of`.
select
    s.snapshot_id,
    s.committed_at,
    r.name as ref,
    r.type as ref_type,
    element_at(s.summary, 'assay.inputs') as inputs
from op_curated."payments_fact$snapshots" as s
left join op_curated."payments_fact$refs" as r on s.snapshot_id = r.snapshot_id
order by s.committed_at, r.name;
