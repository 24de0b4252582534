"""Programs of Debian that ours are started with, by path: a service's PATH may lack the ones for administrators."""

NGINX = "/usr/sbin/nginx"
NICE = ("/usr/bin/nice", "-n")  # Followed by how nice, and the command.
DIE_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "TERM")  # Put before a command: it ends when whoever started it does, however.
