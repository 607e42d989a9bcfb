using System.Globalization;

namespace Simulate;

/// <summary>What the command line asks for.</summary>
internal sealed record SimulateOptions
{
    public const string Help = """
        Simulate                                     the scenarios of docs/routing.md, as text
        Simulate --report docs                       writes them, with plots, into that folder's routing.md
        Simulate --config appsettings.json --model chat --down openai
                                                     your configuration, and a provider or deployment that fails

          --rate 100       calls per second           --streaming 0.3  share of calls that stream
          --seconds 300    how long calls arrive      --seed 1         equal seeds, equal results
          --from 60        the outage begins          --to 180         and ends, in seconds
          --csv file       the series second by second
          --svg file       the plot
          --log file       a line for every call and cooldown
        """;

    public string? ReportFolder { get; private init; }

    public string? Configuration { get; private init; }

    public string? Model { get; private init; }

    public string? Down { get; private init; }

    public double Rate { get; private init; } = 100;

    public double Streaming { get; private init; } = 0.3;

    public double Seconds { get; private init; } = 300;

    public double From { get; private init; } = 60;

    public double To { get; private init; } = 180;

    public ulong Seed { get; private init; } = 1;

    public string? Csv { get; private init; }

    public string? Svg { get; private init; }

    public string? Log { get; private init; }

    public bool ShowHelp { get; private init; }

    public static bool TryParse(string[] arguments, out SimulateOptions options, out string? problem)
    {
        options = new SimulateOptions { ShowHelp = arguments.Contains("--help") };
        problem = null;
        for (int i = 0; i < arguments.Length && !options.ShowHelp; i += 2)
        {
            if (i + 1 == arguments.Length)
            {
                problem = $"{arguments[i]} needs a value.";
                return false;
            }

            if (options.With(arguments[i], arguments[i + 1]) is not { } next)
            {
                problem = $"{arguments[i]} {arguments[i + 1]} is not understood.";
                return false;
            }

            options = next;
        }

        if (options.Configuration is not null && options.Model is null)
        {
            problem = "--config needs --model, the group that calls ask for.";
            return false;
        }

        return true;
    }

    private SimulateOptions? With(string name, string value) => name switch
    {
        "--report" => this with { ReportFolder = value },
        "--config" => this with { Configuration = value },
        "--model" => this with { Model = value },
        "--down" => this with { Down = value },
        "--csv" => this with { Csv = value },
        "--svg" => this with { Svg = value },
        "--log" => this with { Log = value },
        "--seed" => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? this with { Seed = seed } : null,
        _ => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? WithNumber(name, number) : null,
    };

    private SimulateOptions? WithNumber(string name, double number) => name switch
    {
        "--rate" => this with { Rate = number },
        "--streaming" => this with { Streaming = number },
        "--seconds" => this with { Seconds = number },
        "--from" => this with { From = number },
        "--to" => this with { To = number },
        _ => null,
    };
}
