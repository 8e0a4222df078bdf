-- All attempts, including refused ones: which years are held back, and when was each tried?
select kind, year, publication, outcome, count(*) as attempts, min(started_at) as first_at, max(started_at) as last_at
from op_staging.ingestion_audit
group by kind, year, publication, outcome
order by kind, year, publication, last_at;
