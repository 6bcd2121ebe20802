#!/bin/bash
# one_rank.sh RANK COMMANDS PROGRAM...: runs a program; on one of the ranks that mpirun starts, after some shell commands. What ranks
# other than 0 say goes to the file $others.
[ "$OMPI_COMM_WORLD_RANK" = 0 ] || exec >>"$others" 2>&1
[ "$OMPI_COMM_WORLD_RANK" = "$1" ] && eval "$2"
shift 2
exec "$@"
