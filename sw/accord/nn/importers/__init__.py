"""From the files of other frameworks to graphs; each importer is a package of its own, with a library of its own."""
