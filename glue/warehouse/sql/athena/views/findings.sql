-- Findings about records that passed.
create or replace view op_staging.findings as
select kind, year, publication, record, line, byte_offset, byte_length, rule, level, "column", message, value
from op_staging.rejected
where "$path" like '%/findings-%.parquet';
