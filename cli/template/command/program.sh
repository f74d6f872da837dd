# Element i is the SHA-256 of the input and i, as text. Any program will do that reads and writes like this one.

# The input, in hexadecimal.
read -r input
# Each index in decimal, until there are no more; for each the element in hexadecimal, on a line.
while read -r index; do
    printf '%s %s' "$input" "$index" | sha256sum | cut -c1-64
done
