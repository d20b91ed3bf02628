# What a page of antsibull-docs has that cannot be in the middle of another page: its metadata, the note on installation, its table of contents,
# and classes that Sphinx gives to what follows only at the end of a page.
/^:orphan:$/d
/^\.\. meta::/,/^$/d
/^\.\. Collection note/,/^   :depth:/d
/^ *\.\. rst-class::/d
