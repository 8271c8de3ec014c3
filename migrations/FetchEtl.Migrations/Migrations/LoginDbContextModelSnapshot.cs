using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace FetchEtl.Migrations;

/// <summary>The model that the last migration leads to. A test compares it with <see cref="LoginDbContext"/>.</summary>
[DbContext(typeof(LoginDbContext))]
internal sealed class LoginDbContextModelSnapshot : ModelSnapshot
{
    protected override void BuildModel(ModelBuilder modelBuilder) => Masking.Model(modelBuilder);
}
