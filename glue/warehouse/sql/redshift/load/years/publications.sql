delete from open_payments.publications where payment_kind = :kind and program_year = :year;

copy open_payments.publications from :manifest iam_role default format as parquet manifest fillrecord;
