using System.Diagnostics;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>Processes without a host that never dispose anything: whichever way they end in order, the last spans arrive.</summary>
public sealed class ProcessExitTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TraceReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await TraceReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Theory]
    [InlineData("return", 0)]
    [InlineData("exit", 7)]
    public async Task The_end_of_the_process_drains(string ending, int code)
    {
        using Process child = Start(ending, _receiver.Address);

        Assert.Equal(code, await EndOfAsync(child));
        AssertArrived();
    }

    [Fact]
    public async Task A_termination_signal_drains()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using Process child = Start("wait", _receiver.Address);
        Assert.Equal(ChildProgram.Ready, await child.StandardOutput.ReadLineAsync());
        using Process kill = Process.Start("kill", ["-TERM", child.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();

        await EndOfAsync(child);
        AssertArrived();
    }

    [Fact]
    public async Task A_server_that_hangs_holds_the_end_up_for_the_time_limit_only()
    {
        var never = new TaskCompletionSource();
        await using LoopbackServer hanging = await LoopbackServer.StartAsync(async context => await Task.WhenAny(never.Task, Task.Delay(Timeout.Infinite, context.RequestAborted)));
        using Process child = Start("return-hanging", hanging.Address);

        Assert.Equal(0, await EndOfAsync(child));
    }

    private static Process Start(string ending, string address) => Process.Start(new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, ending, address]) { RedirectStandardOutput = true, UseShellExecute = false })!;

    private static async Task<int> EndOfAsync(Process child)
    {
        try
        {
            await child.WaitForExitAsync().WaitAsync(Patience);
            return child.ExitCode;
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
            }
        }
    }

    private void AssertArrived()
    {
        Assert.Equal("last words", Assert.Single(_receiver.Spans).Name);
        Assert.Equal("done", Assert.Single(_receiver.Scores).Name);
    }
}
