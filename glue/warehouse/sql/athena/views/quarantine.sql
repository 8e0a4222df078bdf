-- Records that were held back, with the reasons. Files of three kinds lie in an attempt's folder; names tell them apart.
create or replace view op_staging.quarantine as
select
    kind, year, publication, record, line_first, line_last, byte_offset, byte_length, raw, raw_complete, outcome, disposition,
    findings, repairs
from op_staging.rejected
where "$path" like '%/quarantine-%.parquet';
