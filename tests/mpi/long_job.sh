# To be sourced after job.sh: a job that is stopped in the middle, and goes on.
#
#   begin RANKS        starts it, and returns once it is under way: $job
#   resumes NAME       checks that it can be resumed to the files of an undisturbed run, $expected, and removes them
long=(--input resolution=3.75 --input size=61)  # 512 tiles

job 2 "$work/expected" "${long[@]}"
check "an undisturbed run" same $? 0
expected=$(digest "$work/expected")
rm -rf "$work/expected"

# What was journaled before the end counts afterwards, and the result is the same.
resumes() {  # NAME
  check "$1: nothing is published" unpublished "$work/out"
  check "$1: it can be resumed" job 3 "$work/out" "${long[@]}"
  check "$1: work is kept" says "resumes: "
  check "$1: to the same files" same "$(digest "$work/out")" "$expected"
  rm -rf "$work/out"
}

# Small blocks compute the same slowly, and without memory to keep the first pass's results in the second, which writes, is as slow:
# some seconds are left then, and mpirun sends SIGTERM one second after it was told to end.
begin() { start "$1" "$work/out" "${long[@]}" --block 8x8 --memory 96M && under_way "$work/out"; }
