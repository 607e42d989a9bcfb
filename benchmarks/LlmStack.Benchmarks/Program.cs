using System.Globalization;
using BenchmarkDotNet.Running;
using LlmStack.Benchmarks;
using LlmStack.Benchmarks.Cpu;
using LlmStack.Benchmarks.Memory;

switch (args)
{
    case [CannedServer.Switch]:
        await CannedServer.RunAsync();
        return 0;
    case [ConcurrentChatCpu.Command, ..]:
        return await ReportAsync(ConcurrentChatCpu.Command, await ConcurrentChatCpu.RunAsync(Number(1, 4_000), Number(2, 15)));
    case [SpanCpu.Command, ..]:
        return await ReportAsync(SpanCpu.Command, await SpanCpu.RunAsync(Number(1, 20_480), Number(2, 15)));
    case [RedisCpu.Command, ..]:
        return await ReportAsync(RedisCpu.Command, await RedisCpu.RunAsync(Number(1, 20_000), Number(2, 15)));
    case [DeploymentMemory.Command]:
        return await ReportAsync(DeploymentMemory.Command, DeploymentMemory.Run());
    default:
        bool quick = args.Contains(BenchmarkSettings.QuickSwitch);
        bool jobGiven = args.Any(static argument => argument is "--job" or "-j");
        string[] rest = [.. args.Where(static argument => argument != BenchmarkSettings.QuickSwitch)];
        IEnumerable<BenchmarkDotNet.Reports.Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(BenchmarkSettings).Assembly).Run(rest, BenchmarkSettings.Create(quick, jobGiven));

        // A benchmark that failed must fail whoever runs this in a pipeline.
        return summaries.Any(static summary => summary.HasCriticalValidationErrors || summary.Reports.Any(static report => !report.Success)) ? 1 : 0;
}

int Number(int index, int fallback) => args.Length > index ? int.Parse(args[index], NumberStyles.None, CultureInfo.InvariantCulture) : fallback;

static async Task<int> ReportAsync(string command, string table)
{
    string folder = Path.Combine("BenchmarkDotNet.Artifacts", "results");
    Directory.CreateDirectory(folder);
    string file = Path.Combine(folder, command + ".md");
    await File.WriteAllTextAsync(file, table);
    Console.WriteLine(table);
    Console.WriteLine(file);
    return 0;
}
