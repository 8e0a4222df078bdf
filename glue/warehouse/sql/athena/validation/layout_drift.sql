-- Which layout did each publication have, and how did it change from the previous year and from the previous publication?
select
    kind,
    year,
    publication,
    layout,
    lag(layout) over (partition by kind, year order by publication) as layout_of_publication_before,
    lag(layout) over (partition by kind order by publication, year) as layout_of_file_before,
    coalesce(layout <> lag(layout) over (partition by kind, year order by publication), false) as drifted
from op_staging.audit_newest
order by kind, year, publication;
