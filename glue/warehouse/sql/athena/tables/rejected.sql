-- Quarantined records, findings and repairs: one table, since the three kinds of files share a folder.
-- `assay_catalog register` creates this table; use the statement in an account where tables are created by hand. Partitions are
-- registered at the attempt that a manifest commits: no crawler, no projection, no repair.
create external table if not exists op_staging.rejected (
    `record` bigint,
    `line` bigint,
    `line_first` bigint,
    `line_last` bigint,
    `byte_offset` bigint,
    `byte_length` bigint,
    `raw` binary,
    `raw_complete` boolean,
    `outcome` string,
    `disposition` string,
    `rule` string,
    `level` string,
    `column` string,
    `message` string,
    `value` string,
    `before` string,
    `after` string,
    `findings` array<struct<rule:string,class:string,level:string,column:string,message:string,value:string>>,
    `repairs` array<struct<column:string,rule:string,before:string,after:string>>
)
partitioned by (`kind` string, `year` string, `publication` string)
stored as parquet
location 's3://lake/staging/rejected/dataset=open-payments/';
