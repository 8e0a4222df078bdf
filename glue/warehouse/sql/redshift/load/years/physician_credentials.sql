delete from open_payments.physician_credentials where payment_kind = :kind and program_year = :year;

copy open_payments.physician_credentials from :manifest iam_role default format as parquet manifest fillrecord;
