using System.Globalization;
using LlmStack.Redis.Child;

// worker number redis provider: one machine. --report file: the whole run of faults, its report in a file.
switch (args)
{
    case [WorkerProgram.Switch, var number, var redis, var provider]:
        await WorkerProgram.RunAsync(int.Parse(number, CultureInfo.InvariantCulture), redis, provider);
        return 0;
    case ["--report", var file]:
        await using (FaultRun run = await FaultRun.StartAsync())
        {
            // A third of it is longer than five exchanges without an answer take.
            await run.AllAsync(TimeSpan.FromSeconds(24));
            await File.WriteAllTextAsync(file, run.Report());
            Console.WriteLine(run.Report());
            return run.Outcomes.All(static outcome => outcome.Holds) ? 0 : 1;
        }

    default:
        await Console.Error.WriteLineAsync("usage: --report <file>");
        return 2;
}
