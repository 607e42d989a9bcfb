using System.Diagnostics;
using System.Text;
using LlmStack.Testing.Simulation;
using Microsoft.Extensions.Configuration;
using Simulate;

if (!SimulateOptions.TryParse(args, out SimulateOptions options, out string? problem))
{
    await Console.Error.WriteLineAsync(problem + Environment.NewLine + "See --help.");
    return 2;
}

if (options.ShowHelp)
{
    Console.WriteLine(SimulateOptions.Help);
    return 0;
}

if (options.ReportFolder is { } folder)
{
    DocsReport docs = DocsReport.Make(Experiments.All);
    docs.Write(folder);
    Console.WriteLine($"{Path.Combine(folder, DocsReport.Page)} and {docs.Images.Count} images written.");
    return 0;
}

return options.Configuration is { } file ? await TryAsync(file) : ShowAll();

static int ShowAll()
{
    var watch = Stopwatch.StartNew();
    long calls = 0;
    foreach (Experiment experiment in Experiments.All)
    {
        SimulationReport report = experiment.Run();
        calls += report.Calls;
        Console.WriteLine(report);
    }

    Console.WriteLine($"{calls:N0} calls in {watch.Elapsed.TotalSeconds:0.0} s of real time.");
    return 0;
}

async Task<int> TryAsync(string file)
{
    IConfiguration configuration = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file)).Build();
    SimulationScenario scenario = new SimulationScenario(options.Down is { } target ? $"{target} down" : "nothing wrong")
    {
        Seed = options.Seed,
        Duration = TimeSpan.FromSeconds(options.Seconds),
        Arrivals = ArrivalPattern.Poisson(options.Rate),
    }.AddCalls(options.Model!, calls => calls.StreamingShare = options.Streaming);
    if (options.Down is { } down)
    {
        scenario.Outage(down, TimeSpan.FromSeconds(options.From), TimeSpan.FromSeconds(options.To));
    }

    await using StreamWriter? log = options.Log is { } path ? new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) : null;
    SimulationReport report = Simulator.Run(configuration, scenario, log);
    Console.WriteLine(report);
    await WriteAsync(options.Csv, report.WriteCsv);
    await WriteAsync(options.Svg, report.WriteSvg);
    return report.Lost == 0 ? 0 : 1;
}

static async Task WriteAsync(string? path, Action<TextWriter> write)
{
    if (path is not null)
    {
        await using var writer = new StreamWriter(path);
        write(writer);
        Console.WriteLine(path + " written.");
    }
}
