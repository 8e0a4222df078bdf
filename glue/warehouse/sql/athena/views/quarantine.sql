-- Records that were held back, with the reasons. An attempt's folder has three kinds of files, distinguished by name.
create or replace view op_staging.quarantine as
select
    kind, year, publication, record, line_first, line_last, byte_offset, byte_length, raw, raw_complete, outcome, disposition,
    findings, repairs
from op_staging.rejected
where "$path" like '%/quarantine-%.parquet';
