# The tutorial's data: one sequence of 4 time steps with 5 features.
# Select the numbers (or put the cursor among them) and run "Run RNN on selection".
train_X = [
    [0.1, 4.2, 1.5, 1.1, 2.8],
    [1.0, 3.1, 2.5, 0.7, 1.1],
    [0.3, 2.1, 1.5, 2.1, 0.1],
    [2.2, 1.4, 0.5, 0.9, 1.1],
]

# A batch of 2 sequences, 3 time steps, 2 features.
batch_X = [
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]],
    [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]],
]
