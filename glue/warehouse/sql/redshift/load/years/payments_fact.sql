delete from open_payments.payments_fact where payment_kind = :kind and program_year = :year;

copy open_payments.payments_fact from :manifest iam_role default format as parquet manifest fillrecord;
