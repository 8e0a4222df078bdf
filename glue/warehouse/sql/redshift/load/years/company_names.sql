delete from open_payments.company_names where payment_kind = :kind and program_year = :year;

copy open_payments.company_names from :manifest iam_role default format as parquet manifest fillrecord;
