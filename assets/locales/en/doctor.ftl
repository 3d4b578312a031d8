# `switchboard doctor` and the self-check.

doctor-title = Self-check
doctor-ok = fine
doctor-warning = look at this
doctor-problem = problem
doctor-skipped = skipped
doctor-all-well = Everything is fine
doctor-problems = { $count ->
    [one] { $count } problem
   *[other] { $count } problems
    } found
doctor-display = Display
doctor-display-missing = No display; set DISPLAY or run with --headless
doctor-audio = Audio
doctor-audio-ok = Output { $output }, input { $input }
doctor-audio-missing = No audio device; alerts will be silent
doctor-port = Ports
doctor-port-ok = { $port } is free
doctor-port-taken = { $port } is taken by another program
doctor-disk = Disk
doctor-disk-ok = { $free } free
doctor-disk-low = Only { $free } free; make room soon
doctor-data = Data
doctor-data-ok = { $folder } can be read and written
doctor-data-bad = { $folder }: { $reason }
doctor-plugins = Plugins
doctor-plugins-ok = { $count ->
    [one] { $count } plugin loads
   *[other] { $count } plugins load
    }
doctor-plugins-bad = { $plugin } does not load: { $reason }
