delete from open_payments.payment_products where payment_kind = :kind and program_year = :year;

copy open_payments.payment_products from :manifest iam_role default format as parquet manifest fillrecord;
