-- Cells that were rewritten, before and after.
create or replace view op_staging.repairs as
select kind, year, publication, record, line, byte_offset, byte_length, "column", rule, before, after
from op_staging.rejected
where "$path" like '%/repairs-%.parquet';
