-- The audit row of a load, in its transaction.
insert into open_payments.load_audit (
    load_id, payment_kind, program_year, publication, run_id, fact_snapshot, fact_sequence, fact_rows, fact_amount,
    product_rows, files, bytes, replaced_publication, loaded_at
)
select
    :load_id, :kind, :year, cast(:publication as date), :run_id, :snapshot, :sequence, cast(:rows as bigint),
    cast(:amount as decimal(18, 2)), cast(:products as bigint), cast(:files as bigint), cast(:bytes as bigint),
    max(publication), cast(:loaded_at as timestamp)
from open_payments.load_state
where payment_kind = :kind and program_year = :year;
