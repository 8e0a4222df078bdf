-- Which rules hold records back, each year? A record may break several, so lines add up to more than the records held back.
select
    q.kind,
    q.year,
    f.rule,
    count(*) as findings,
    count(distinct q.record) as records,
    min(f.message) as example
from op_staging.quarantine as q
cross join unnest(q.findings) as f (rule, class, level, "column", message, value)
where f.level in ('error', 'refuse')
group by q.kind, q.year, f.rule
order by q.kind, q.year, records desc, f.rule;
