delete from open_payments.companies_dim;

copy open_payments.companies_dim from :manifest iam_role default format as parquet manifest fillrecord;
