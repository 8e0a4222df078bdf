delete from open_payments.teaching_hospital_names where payment_kind = :kind and program_year = :year;

copy open_payments.teaching_hospital_names from :manifest iam_role default format as parquet manifest fillrecord;
