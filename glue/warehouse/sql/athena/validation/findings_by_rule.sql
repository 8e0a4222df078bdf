-- Which findings were published with a warning, and what was repaired, each year?
select kind, year, rule, level as what, count(*) as cells, min(message) as example
from op_staging.findings
group by kind, year, rule, level
union all
select kind, year, rule, 'repaired' as what, count(*) as cells, min("column" || ': `' || before || '` to `' || after || '`') as example
from op_staging.repairs
group by kind, year, rule
order by 1, 2, 5 desc, 3, 4;
