-- By which layout did each publication come, and where did it change: from the year before, or from the publication before?
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
