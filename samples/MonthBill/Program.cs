// The bill of a simulated month by team and provider, read back from a SQLite file after a restart. No key, no network, a few seconds.
using LlmStack;
using Microsoft.Extensions.DependencyInjection;
using MonthBill;

const int Seed = 11;
var month = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
string folder = Directory.CreateTempSubdirectory("month-bill-").FullName;
string file = Path.Combine(folder, "usage.db");
var clock = new MonthClock(month);
try
{
    int calls;
    decimal responses;
    await using (ServiceProvider services = Start())
    {
        var workload = new Workload(services.GetRequiredService<ILlmClient>(), clock, Seed);
        (calls, responses) = await workload.RunAsync(month);
    }

    // Another process, another day: everything is still there.
    clock.Now = month.AddMonths(1).AddDays(3);
    await using ServiceProvider restarted = Start();
    IUsageLedger ledger = restarted.GetRequiredService<IUsageLedger>();
    LedgerReport bill = await ledger.QueryAsync(new LedgerQuery
    {
        From = month,
        To = month.AddMonths(1),
        GroupBy = [LedgerDimension.Team, LedgerDimension.Provider],
    });
    Console.WriteLine($"{month:MMMM yyyy}: {calls:N0} calls");
    Console.WriteLine();
    Console.Write(Bill.Of(bill));
    Console.WriteLine();
    Console.WriteLine($"Prompt caching saved ${bill.Total.CacheSavings:N4}; writing to the caches cost ${bill.Total.CacheSurcharge:N4} more than fresh input.");
    string csv = Path.Combine(folder, "bill.csv");
    await using (FileStream stream = File.Create(csv))
    {
        await bill.WriteCsvAsync(stream);
    }

    Console.WriteLine($"As CSV: {bill.Rows.Count} rows, {new FileInfo(csv).Length} bytes.");
    Console.WriteLine(bill.Total.Cost == responses ? "The bill is what the responses said, to the last digit." : $"The bill is {bill.Total.Cost}, the responses said {responses}.");
    return bill.Total.Cost == responses ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

ServiceProvider Start()
{
    var services = new ServiceCollection();
    services.AddSingleton<TimeProvider>(clock);
    services.AddLlmStack(llm => llm
        .AddProvider("openai", p => p.UseProvider(_ => new MonthProvider(1, overloaded: 0.03)))
        .AddProvider("anthropic", p => p.UseProvider(_ => new MonthProvider(2, overloaded: 0)))
        .AddModelGroup("fast", g => g
            .AddDeployment("openai/gpt-5.4-mini", d => d.BaseModel = "openai/gpt-5.4-mini")
            .AddDeployment("anthropic/claude-haiku-4-5", d => { d.BaseModel = "anthropic/claude-haiku-4-5"; d.Order = 1; }))
        .AddModelGroup("smart", g => g.AddDeployment("anthropic/claude-sonnet-5", d => d.BaseModel = "anthropic/claude-sonnet-5"))
        .Configure(o => o.Seed = Seed)
        .UseSqliteLedger(file));
    return services.BuildServiceProvider();
}
