using System.Globalization;

namespace LlmStack.FaultRuns;

/// <summary>What the whole run is told: <c>--report file --spans n --kills n --seed n --only name</c>.</summary>
internal sealed record RunOptions
{
    public string? Report { get; init; }

    public int Spans { get; init; } = 1_000_000;

    public int Kills { get; init; } = 100;

    public int Seed { get; init; } = 20261128;

    public int Rounds { get; init; } = 100;

    /// <summary>Names of the parts to run: <c>storm-spool</c>, <c>storm-older</c>, <c>storm-memory</c>, <c>kill</c>, <c>burst</c>, <c>flip</c>, <c>disk</c>, <c>dead</c>; all when empty.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public static RunOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions();
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} has no value.", nameof(arguments));
            options = arguments[i] switch
            {
                "--report" => options with { Report = value },
                "--spans" => options with { Spans = Number(value) },
                "--kills" => options with { Kills = Number(value) },
                "--seed" => options with { Seed = Number(value) },
                "--rounds" => options with { Rounds = Number(value) },
                "--only" => options with { Only = value.Split(',') },
                _ => throw new ArgumentException($"'{arguments[i]}' is not known; allowed: --report, --spans, --kills, --seed, --rounds, --only.", nameof(arguments)),
            };
        }

        return options;
    }

    public bool Wants(string part) => Only.Count == 0 || Only.Contains(part);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
