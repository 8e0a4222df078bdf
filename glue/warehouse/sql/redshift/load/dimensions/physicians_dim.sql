delete from open_payments.physicians_dim;

copy open_payments.physicians_dim from :manifest iam_role default format as parquet manifest fillrecord;
