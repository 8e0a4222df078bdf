-- Audit records of all attempts; one JSON object per file.
-- `assay_catalog register` creates this table; use the statement in an account where tables are created by hand. Partitions are
-- registered at the attempt that a manifest commits: no crawler, no projection, no repair.
create external table if not exists op_staging.ingestion_audit (
    `version` string,
    `outcome` string,
    `already_published` boolean,
    `run_id` string,
    `attempt` string,
    `started_at` string,
    `ended_at` string,
    `dataset` string,
    `layout` string,
    `pack` string,
    `pack_digest` string,
    `plugins` map<string,string>,
    `source` struct<name:string,location:string,stored_bytes:bigint,compression:string,bytes:bigint,digest:string>,
    `records` struct<read:bigint,validated:bigint,quarantined:bigint,passed:bigint,repaired:bigint,warned:bigint>,
    `amounts` map<string,struct<read:string,validated:string,quarantined:string,summed:bigint,blank:bigint,unread:bigint>>,
    `findings` map<string,map<string,bigint>>,
    `rules` map<string,struct<owner:string,class:string,level:string,title:string,evaluated:bigint,passed:bigint,failed:bigint,skipped:bigint,errored:bigint,repaired:bigint>>,
    `manifest` string,
    `replaces` string,
    `superseded_by` string,
    `host_version` string
)
partitioned by (`kind` string, `year` string, `publication` string)
row format serde 'org.openx.data.jsonserde.JsonSerDe'
location 's3://lake/metadata/ingestion_audit/';
