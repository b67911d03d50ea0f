"""Class and grade of datasets and of the columns of their files (GB/T 43697-2024), as the scan suggests them."""
